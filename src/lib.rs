//! Plans and applies retailers' set-up in OmniParcel, OmniReturns and OmniRPS.


pub mod apply;
pub mod config;
pub mod diagnostic;
pub mod diff;
pub mod explain;
pub mod matching;
pub mod model;
pub mod plan;
pub mod process;
pub mod render;
pub mod sandbox;
pub mod systems;
#[cfg(test)]
mod testing;
