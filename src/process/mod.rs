//! The onboarding process.

pub mod milestones;
