//! One program of all tests of this crate: each of its own would be linked with everything it tests.
#![allow(clippy::unwrap_used)]

mod lives;
mod one_device;
mod workbench_lanes;
mod workbench_learning;
mod workbench_masks;
mod workbench_privacy;
mod workbench_questions;
mod workbench_rehearsal;
mod workbench_skills;
