//! The vectors nearest to another one, exactly or nearly.
