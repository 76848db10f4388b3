//! Where things stand in the books, for people to look at.
