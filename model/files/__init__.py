"""CSV and XLSX files in and out: the company's tables as a person or another program writes them."""
