"""HTTP as the server and every façade know it: nothing here belongs to one of them."""
