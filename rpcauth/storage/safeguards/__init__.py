"""What is kept beside a store, its audit and the sums of its pages, and what is made of them after a loss."""
