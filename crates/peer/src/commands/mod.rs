//! What people and programs tell the engine to do, and ask of it.

mod clusters;
mod connections;
mod desk;
mod room;
mod sessions;
mod skills;
mod splits;
mod view;
