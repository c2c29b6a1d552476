"""The crawl beside its peers, on one heavy site."""
