"""The terminal's headless twin: one command, its outcome in lines, an exit code; no Textual."""
