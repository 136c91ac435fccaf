"""Charts that are drawn by characters, and how their values are written in few cells."""
