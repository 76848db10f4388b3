//! What components share: the peer behind the page and what it last said.

pub mod builtin;
pub mod command;
pub mod defaults;
pub mod log;
pub mod newest;
pub mod own_data;
pub mod page;
pub mod place;
pub mod port;
pub mod sentences;
pub mod settings;
pub mod slot;
