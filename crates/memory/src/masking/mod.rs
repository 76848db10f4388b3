//! What in a text tells who somebody is or opens a door, and the text without it.
