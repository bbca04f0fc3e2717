"""What is wrong with what a user wrote, as texts in the user's language."""

from msgspec import Struct

from bashu_tui.i18n import Texts


class Problem(Struct, frozen=True):
    """A text's key and the values to fill in; a value that is a text's key is translated too."""

    key: str
    values: dict[str, str] = {}

    def say(self, texts: Texts) -> str:
        """Return the problem as a sentence."""
        return texts(self.key, **{name: texts.get(v, v) for name, v in self.values.items()})


class ProblemsError(Exception):
    """Everything that is wrong, so that it can be put right at once."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__(*problems)
        self.problems = problems

    def say(self, texts: Texts) -> str:
        """Return a line a problem."""
        return "\n".join(dict.fromkeys(problem.say(texts) for problem in self.problems))

    def __str__(self) -> str:
        return self.say(Texts("en"))
