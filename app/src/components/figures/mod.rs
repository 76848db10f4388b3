//! Drawings that explain, on the landing page.

pub mod room;
pub mod threshold;

pub use room::RoomFigure;
pub use threshold::ThresholdFigure;
