//! Records whose names only look like the one that is looked for.

use crate::model::{Blocker, BlockerCode, Record, Retailer, System, name};

/// Returns the blocker of a retailer with look-alikes and no record of its name.
pub(super) fn near_miss(
    retailer: &Retailer,
    system: System,
    names: &[String],
    near: &[&Record],
) -> Blocker {
    let look = if near.len() == 1 { "looks" } else { "look" };
    let file = &retailer.file;
    let hint = match system {
        // A pin would make the records in the other systems under the wrong name.
        System::Omnirps => format!("correct `retailer` in {file}: {}", name::ONLY_THIS_NAME),
        System::Omniparcel | System::Omnireturns => format!(
            "correct the name there or in {file}, or write its id into that file, as in `ids: \
             {{{}: \"{}\"}}`",
            system.key(),
            near[0].id
        ),
    };
    Blocker::new(
        BlockerCode::NameNearMiss,
        system,
        format!(
            "no {system} record is called \"{}\", but {} {look} like it: {}",
            name::escaped(&names[0]),
            list(near),
            differences(names, near)
        ),
        format!("if that is the retailer, {hint}"),
    )
}

/// Returns where the names of look-alikes differ from those looked for.
fn differences(names: &[String], near: &[&Record]) -> String {
    let shown = near.iter().filter_map(|record| {
        let found = name::fold(&record.name);
        let meant = names.iter().find(|name| name::fold(name).same_as(&found))?;
        let difference = name::difference(meant, &record.name)?;
        Some(match near {
            [_] => difference.to_string(),
            _ => format!("in id {} {difference}", record.id),
        })
    });
    shown.collect::<Vec<String>>().join(", ")
}

/// Lists records with their ids.
pub(super) fn list(records: &[&Record]) -> String {
    let shown: Vec<String> = records
        .iter()
        .map(|record| format!("\"{}\" (id {})", name::escaped(&record.name), record.id))
        .collect();
    shown.join(" and ")
}
