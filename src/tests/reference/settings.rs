//! The page of settings.

use super::{Page, code_list, sentence};
use crate::config::json_schema::words;
use crate::model::{Setting, System, Value, ValueKind};
use crate::process::{DesiredSetting, DesiredValue, ManagePolicy};

pub(super) fn page() -> Page {
    let mut page = Page::new(
        "settings.md",
        "Settings",
        "Everything that the tool manages in the three systems. The process derives their values \
         from a retailer's file; what it does not mention is never touched. A file can differ, \
         with a reason: see [`settings`](retailer-file.md#settings). `reconcile explain RETAILER` \
         shows the values of one retailer.",
    );
    for system in System::ALL {
        page.section(&system.to_string());
        for setting in Setting::ALL.into_iter().filter(|setting| setting.system() == system) {
            page.name(setting.key());
            paragraph(setting, &mut page);
        }
    }
    page
}

fn paragraph(setting: Setting, page: &mut Page) {
    let info = setting.info();
    let by_hand = info.by_hand;
    page.paragraph(&format!("While it is wrong, {}.", info.consequence));
    let wanted = words::branches().into_iter().filter_map(|(branch, state)| {
        let DesiredSetting { step, value, managed, .. } = state.get(setting)?.clone();
        let how = match managed {
            ManagePolicy::Always => "",
            ManagePolicy::OnCreate => ", when the record is created",
            ManagePolicy::DuringSetUp => ", until `keys_supplied` is stated",
            ManagePolicy::ByHand => ", by a person only",
        };
        Some(format!("With {branch}: {} (step {}, {}{how}).", desired(&value), step.id, step.asks))
    });
    let wanted: Vec<String> = wanted.collect();
    let values = format!("Values: {}.", values(info.kind));
    let undo = info.irreversible.map(|why| format!("A change cannot be wholly undone: {why}."));
    let screen = match by_hand.seen {
        true => by_hand.screen.to_owned(),
        false => format!("{} (the control itself is not documented publicly)", by_hand.screen),
    };
    let by_hand =
        format!("By hand: {}, in {screen}.", sentence(by_hand.who()).trim_end_matches('.'));
    page.list([values].into_iter().chain(wanted).chain(undo).chain([by_hand]));
}

fn values(kind: ValueKind) -> String {
    match kind {
        ValueKind::Present => "`present`: the record exists".into(),
        ValueKind::Text => "text".into(),
        ValueKind::Url => "an https URL".into(),
        ValueKind::Id => "the id of a record, a whole number or text in quotes".into(),
        ValueKind::Flag => code_list(["true", "false"]),
        ValueKind::Switch { on, off } => code_list([on, off]),
        ValueKind::Empty => "`none`: the list is empty".into(),
    }
}

/// Describes a desired value, or its source.
fn desired(value: &DesiredValue) -> String {
    match value {
        DesiredValue::Value(Value::Text(text)) if text.is_empty() => "the retailer's name".into(),
        DesiredValue::Value(Value::Text(text)) => format!("`{text}`"),
        DesiredValue::Value(Value::Flag(flag)) => format!("`{flag}`"),
        DesiredValue::Value(Value::List(_) | Value::Unset) => "`none`".into(),
        DesiredValue::Suffixed { suffix, .. } => {
            format!("the name with the suffix `{suffix}`")
        }
        DesiredValue::IdIn(system) => format!("the id of the retailer's record in {system}"),
    }
}
