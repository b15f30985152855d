//! Properties that hold for generated fleets and live states, over real HTTP.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod chaos;
mod convergence;
mod edit;
mod explain;
mod import;
mod world;
