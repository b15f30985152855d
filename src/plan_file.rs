//! Saved plans: written atomically, and read only as they were reviewed.

use crate::console::read_text;
use crate::exit::Failure;
use crate::files::{self, Readers};
use crate::plan::Plan;
use crate::plan::fingerprint::fingerprint;
use crate::render;
use std::path::Path;

/// Saves a plan atomically.
pub(crate) fn save(plan: &Plan, path: &Path) -> Result<(), Failure> {
    let mut json = Vec::new();
    let saved = render::json::write(plan, &mut json)
        .and_then(|()| files::overwrite(path, &json, Readers::Owner));
    saved.map_err(|error| {
        Failure::failed(
            format!("the plan cannot be saved to `{}`: {}", path.display(), error.kind()),
            "choose another place with --out",
        )
    })
}

/// Reads a saved plan and refuses one for another environment.
pub(crate) fn read_for(path: &Path, environment: &str) -> Result<Plan, Failure> {
    let plan = read(path)?;
    if plan.environment != environment {
        return Err(Failure::failed(
            format!(
                "`{}` is a plan for the environment `{}`, not for `{environment}`",
                path.display(),
                plan.environment
            ),
            format!("apply it with --environment {}", plan.environment),
        ));
    }
    Ok(plan)
}

/// Reads a saved plan and refuses one that is not what was reviewed.
pub(crate) fn read(path: &Path) -> Result<Plan, Failure> {
    let shown = path.display();
    let text = read_text(path)?;
    let version = serde_json::from_str::<serde_json::Value>(&text)
        .ok()
        .and_then(|plan| plan.get("format_version")?.as_str().map(str::to_owned));
    let again = "save the plan again with `reconcile plan --out FILE`";
    if let Some(version) = version
        && version.split('.').next() != crate::plan::FORMAT_VERSION.split('.').next()
    {
        return Err(Failure::failed(
            format!("`{shown}` is a plan of format {version}, which this version does not support"),
            "apply it with the version of reconcile that made it, or plan again",
        ));
    }
    let plan: Plan = serde_json::from_str(&text).map_err(|error| {
        Failure::failed(format!("`{shown}` is not a saved plan: {error}"), again)
    })?;
    let edited = |what: &str| {
        Err(Failure::failed(format!("`{shown}` was edited after it was saved: {what}"), again))
    };
    if plan.fingerprint != fingerprint(&plan) {
        return edited("its fingerprint does not match");
    }
    if !plan.is_counted() {
        return edited("its summary does not match its retailers");
    }
    Ok(plan)
}

/// Rejects any plan but the reviewed one, by its fingerprint.
pub(crate) fn check_reviewed(plan: &Plan, expected: Option<&str>) -> Result<(), Failure> {
    match expected {
        Some(expected) if expected != plan.fingerprint => Err(Failure::failed(
            format!(
                "the plan is not the one that was reviewed: its fingerprint is {}, and `{expected}` was \
                 expected",
                plan.fingerprint
            ),
            "review the plan as it is now, then apply it with its fingerprint",
        )),
        _ => Ok(()),
    }
}
