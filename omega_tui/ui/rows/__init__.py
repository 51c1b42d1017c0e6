"""Pure builders: one frozen view and a size in, lines of styled text out. Nothing here knows Textual."""
