pub mod config;
pub mod diagnostic;
pub mod model;
pub mod process;
pub mod render;
pub mod sandbox;
