"""What tests share: an in-process provider with a virtual clock, and a real daemon in a process of its own."""
