//! One file for each part of a page.

pub mod characters_left;
pub mod class_bars;
pub mod cluster_choice;
pub mod cluster_picture;
pub mod connection_panel;
pub mod connection_stages;
#[cfg(target_arch = "wasm32")]
mod curve_chart;
pub mod curves;
pub mod data_card;
pub mod device_picture;
pub mod distribution;
pub mod drawing_canvas;
pub mod drawing_pad;
pub mod figures;
pub mod fired_nodes;
pub mod invitation;
pub mod layer_picture;
pub mod log;
pub mod messages;
pub mod model_files;
pub mod network_panel;
mod node_field;
pub mod notice;
pub mod peer_options;
pub mod people;
pub mod person;
pub mod picture_question;
pub mod question;
pub mod room_header;
pub mod rounds_table;
pub mod session_numbers;
pub mod session_options;
pub mod site_server;
pub mod theme_toggle;
pub mod thumbnail;
pub mod training;
