"""What a frame does to a post or an account, as a number."""

CREATE, EDIT, DELETE, ACCOUNT_DELETED = range(4)
