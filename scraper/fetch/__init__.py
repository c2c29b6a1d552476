"""The only places of the scraper that touch the web, and what stands before them."""
