//! One file a page.

pub mod landing;
pub mod memory;
pub mod not_found;
pub mod room;
