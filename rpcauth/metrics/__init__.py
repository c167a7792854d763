"""What the daemon counts of itself, how it stands, and both as text for Prometheus and for whoever asks whether to send
it requests.

What counts on the way of a request, or of a commit, is a plain number here; Prometheus' own words are made on a scrape.
"""
