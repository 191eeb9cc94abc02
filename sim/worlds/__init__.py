"""Many worlds: scenarios moved within the ranges they state, and policies tried in each of them."""
