"""Networks as pytrees of arrays and the functions that evaluate them."""
