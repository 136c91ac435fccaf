"""The office: where the changes of all laptops arrive, and whence each gets what it may see."""
