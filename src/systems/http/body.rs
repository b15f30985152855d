//! Builds request bodies: values at pointers.

use super::error::CallError;
use super::value;
use crate::model::contract::{Create, Sends, Update};
use crate::model::{Contract, Id, ValueKind, exact_number};
use crate::plan::Change;
use serde_json::{Map, Number, Value as Json};

/// Returns the body of a call that reads one record whose path has no id.
///
/// How the system writes this id is not known yet, so an id of digits is sent as a number.
pub(super) fn read(contract: &Contract, id: &str) -> Json {
    let number = exact_number::<u64>(id);
    let mut body = empty();
    insert(&mut body, &contract.id, number.map_or_else(|| id.into(), Json::from));
    body
}

/// Returns the body of a call that creates a record.
pub(super) fn create(contract: &Contract, call: &Create, name: &str, changes: &[&Change]) -> Json {
    let mut record = empty();
    for change in changes {
        put(contract, &mut record, change, Sends::Changes, &Json::Null);
    }
    insert(&mut record, &contract.name, name.into());
    wrap_at(&call.body, record)
}

/// Returns the body of a call that changes a record; `raw` is the record as the system sent it.
///
/// # Errors
///
/// Fails if a number is sent back that was not read exactly.
pub(super) fn update(
    contract: &Contract,
    call: &Update,
    (id, raw): (&Id, &Json),
    changes: &[&Change],
) -> Result<Json, CallError> {
    let mut record = match call.sends {
        Sends::Changes => empty(),
        Sends::Record => raw.clone(),
    };
    for change in changes {
        put(contract, &mut record, change, call.sends, raw);
    }
    if let Some(number) = inexact_number(&record) {
        return Err(CallError::Inexact(number.to_string()));
    }
    if !call.path.contains("{id}") {
        insert(&mut record, &contract.id, id.to_json());
    }
    Ok(wrap_at(&call.body, record))
}

/// Finds a number that does not fit into 64 bits and has been rounded.
fn inexact_number(value: &Json) -> Option<&Number> {
    match value {
        Json::Array(items) => items.iter().find_map(inexact_number),
        Json::Object(fields) => fields.values().find_map(inexact_number),
        Json::Number(number) => {
            let is_rounded = |float: f64| float.abs() >= u64::MAX as f64;
            number.as_f64().filter(|_| number.is_f64()).is_some_and(is_rounded).then_some(number)
        }
        _ => None,
    }
}

/// Writes a change to its field. A whole record keeps its name next to its id, so that the
/// two agree. A list in which the field is goes with all its items.
fn put(contract: &Contract, record: &mut Json, change: &Change, sends: Sends, raw: &Json) {
    let Some(field) = contract.fields.get(&change.setting) else { return };
    let is_id = change.setting.info().kind == ValueKind::Id;
    let mut insert = |pointer: &str, value| {
        let mut prefixes = pointer.match_indices('/').map(|(end, _)| &pointer[..end]);
        let list = prefixes.find_map(|at| Some((at, raw.pointer(at).filter(|it| it.is_array())?)));
        if let Some((at, list)) = list.filter(|(at, _)| record.pointer(at).is_none()) {
            self::insert(record, at, list.clone());
        }
        self::insert(record, pointer, value);
    };
    match (&field.write_at, &change.after_id) {
        (Some(pointer), _) if is_id => insert(pointer, value::write(change, field)),
        (Some(pointer), Some(id)) => {
            insert(pointer, id.to_json());
            if sends == Sends::Record {
                insert(&field.at, value::write(change, field));
            }
        }
        _ => insert(&field.at, value::write(change, field)),
    }
}

fn wrap_at(pointer: &str, record: Json) -> Json {
    let mut body = empty();
    insert(&mut body, pointer, record);
    body
}

fn empty() -> Json {
    Json::Object(Map::new())
}

/// Inserts a value at a pointer, creating the objects on the way, and a list for the item `0`.
fn insert(body: &mut Json, pointer: &str, value: Json) {
    let mut at = body;
    for part in pointer.split('/').skip(1) {
        let name = part.replace("~1", "/").replace("~0", "~");
        if at.is_null() && name == "0" {
            *at = Json::Array(vec![Json::Null]);
        }
        let item = at
            .as_array()
            .and_then(|items| name.parse::<usize>().ok().filter(|number| *number < items.len()));
        match item {
            Some(number) => at = &mut at[number],
            None => {
                if !at.is_object() {
                    *at = empty();
                }
                let Json::Object(fields) = at else { return };
                at = fields.entry(name).or_insert(Json::Null);
            }
        }
    }
    *at = value;
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_value_goes_to_its_pointer_and_leaves_the_rest() {
        let mut body = json!({"a": 1, "list": [{"b": 2}, {"b": 3}], "text": "x"});
        insert(&mut body, "/new/way/there", json!(true));
        insert(&mut body, "/list/1/b", json!(4));
        insert(&mut body, "/a~1b~0c", json!("odd"));
        insert(&mut body, "/text/below", json!("in place of a text"));
        assert_eq!(
            body,
            json!({
                "a": 1,
                "list": [{"b": 2}, {"b": 4}],
                "text": {"below": "in place of a text"},
                "new": {"way": {"there": true}},
                "a/b~c": "odd",
            })
        );
        insert(&mut body, "", json!({}));
        assert_eq!(body, json!({}), "the empty pointer is the whole");
        insert(&mut body, "/sites/0/state", json!("up"));
        assert_eq!(body, json!({"sites": [{"state": "up"}]}), "an item of a list");
    }

    #[test]
    fn ids_of_digits_are_sent_as_numbers() {
        let contract = Contract::built_in(crate::model::System::Omnirps);
        assert_eq!(read(contract, "77"), json!({"RetailerId": 77}));
        assert_eq!(read(contract, "077"), json!({"RetailerId": "077"}));
        assert_eq!(read(contract, "r-7"), json!({"RetailerId": "r-7"}));
    }
}
