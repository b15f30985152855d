pub mod model;
pub mod process;
pub mod sandbox;
