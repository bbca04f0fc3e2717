"""What every client of Bashu needs: messages, units, codec, and the asynchronous client.

Import from the modules: `bashu_protocol.messages` for the wire, `bashu_protocol.client` for a
session, `bashu_protocol.mqtt_transport` for the way over MQTT. Nothing is imported here, so that
each costs only itself.
"""
