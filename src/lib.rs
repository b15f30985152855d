pub mod model;
pub mod process;
