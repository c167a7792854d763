"""What the services say of themselves: text made of the declarations in `dto`. Pure: dates and hosts are arguments."""
