"""How fast it is: its own load, the line measured whole and in parts, beside a plain loop."""
