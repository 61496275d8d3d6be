"""The boundary: text and voices come in, columns go out."""
