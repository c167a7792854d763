"""Two services of YourMembership's "YM REST Services" (ServiceStack 5.0.2), drop-in. Their words stay in here."""
