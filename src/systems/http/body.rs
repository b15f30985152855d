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
///
/// # Errors
///
/// Fails, as the other bodies do, if a pointer has no place in the body.
pub(super) fn read(contract: &Contract, id: &str) -> Result<Json, CallError> {
    let number = exact_number::<u64>(id);
    let mut body = empty();
    insert(&mut body, &contract.id, number.map_or_else(|| id.into(), Json::from))?;
    Ok(body)
}

/// Returns the body of a call that creates a record.
pub(super) fn create(
    contract: &Contract,
    call: &Create,
    name: &str,
    changes: &[&Change],
) -> Result<Json, CallError> {
    let mut record = empty();
    for change in changes {
        put(contract, &mut record, change, Sends::Changes, &Json::Null)?;
    }
    insert(&mut record, &contract.name, name.into())?;
    wrap_at(&call.body, record)
}

/// Returns the body of a call that changes a record; `raw` is the record as the system sent it.
///
/// # Errors
///
/// Fails also if a number is sent back that was not read exactly.
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
        put(contract, &mut record, change, call.sends, raw)?;
    }
    if let Some(number) = inexact_number(&record) {
        return Err(CallError::Inexact(number.to_string()));
    }
    if !call.path.contains("{id}") {
        insert(&mut record, &contract.id, id.to_json())?;
    }
    wrap_at(&call.body, record)
}

/// Finds a number that does not fit into 64 bits and has been rounded.
fn inexact_number(value: &Json) -> Option<&Number> {
    match value {
        Json::Array(items) => items.iter().find_map(inexact_number),
        Json::Object(fields) => fields.values().find_map(inexact_number),
        Json::Number(number) => {
            let is_rounded = |float| float >= u64::MAX as f64 || float <= i64::MIN as f64;
            number.as_f64().filter(|_| number.is_f64()).is_some_and(is_rounded).then_some(number)
        }
        _ => None,
    }
}

/// Writes a change to its field. A whole record keeps its name next to its id, so that the
/// two agree. A list in which the field is goes with all its items, and what else is on the way to
/// the field shows whether the field has a place.
fn put(
    contract: &Contract,
    record: &mut Json,
    change: &Change,
    sends: Sends,
    raw: &Json,
) -> Result<(), CallError> {
    let Some(field) = contract.fields.get(&change.setting) else { return Ok(()) };
    let is_id = change.setting.info().kind == ValueKind::Id;
    let mut insert = |pointer: &str, value| {
        for at in pointer.match_indices('/').map(|(end, _)| &pointer[..end]) {
            let (Some(live), None) = (raw.pointer(at), record.pointer(at)) else { continue };
            let kept = match live {
                Json::Object(_) => empty(),
                _ if live.is_array() || pointer == field.at => live.clone(),
                // Above `write_at` can be the name that is read, which the id replaces.
                _ => continue,
            };
            self::insert(record, at, kept)?;
        }
        self::insert(record, pointer, value)
    };
    match (&field.write_at, &change.after_id) {
        (Some(pointer), _) if is_id => insert(pointer, value::write(change, field)),
        (Some(pointer), Some(id)) => {
            insert(pointer, id.to_json())?;
            match sends {
                Sends::Changes => Ok(()),
                Sends::Record => insert(&field.at, value::write(change, field)),
            }
        }
        _ => insert(&field.at, value::write(change, field)),
    }
}

fn wrap_at(pointer: &str, record: Json) -> Result<Json, CallError> {
    let mut body = empty();
    insert(&mut body, pointer, record)?;
    Ok(body)
}

fn empty() -> Json {
    Json::Object(Map::new())
}

/// Inserts a value at a pointer, creating the objects on the way, and a list for the item `0`.
/// The number after that of the last item appends to a list.
fn insert(body: &mut Json, pointer: &str, value: Json) -> Result<(), CallError> {
    let no_place = || CallError::NoPlace(pointer.to_owned());
    let mut at = body;
    for part in pointer.split('/').skip(1) {
        let name = part.replace("~1", "/").replace("~0", "~");
        let number = exact_number::<usize>(&name);
        // In these systems, empty text means that nothing is set; some send an empty object as an
        // empty list.
        let is_empty_list = at.as_array().is_some_and(Vec::is_empty) && number.is_none();
        if at.is_null() || *at == "" || is_empty_list {
            *at = if number.is_some() { Json::Array(Vec::new()) } else { empty() };
        }
        at = match at {
            Json::Object(fields) => fields.entry(name).or_insert(Json::Null),
            Json::Array(items) => {
                let number = number.filter(|number| *number <= items.len()).ok_or_else(no_place)?;
                if number == items.len() {
                    items.push(Json::Null);
                }
                &mut items[number]
            }
            _ => return Err(no_place()),
        };
    }
    *at = value;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_value_goes_to_its_pointer_and_leaves_the_rest() {
        let mut body = json!({"a": 1, "list": [{"b": 2}, {"b": 3}], "unset": "", "empty": []});
        insert(&mut body, "/unset/below", json!("in place of nothing")).unwrap();
        insert(&mut body, "/empty/below", json!("some send no object so")).unwrap();
        let insert = |body: &mut Json, pointer: &str, value| insert(body, pointer, value).unwrap();
        insert(&mut body, "/new/way/there", json!(true));
        insert(&mut body, "/list/1/b", json!(4));
        insert(&mut body, "/list/2/b", json!(5));
        insert(&mut body, "/a~1b~0c", json!("odd"));
        assert_eq!(
            body,
            json!({
                "a": 1,
                "list": [{"b": 2}, {"b": 4}, {"b": 5}],
                "unset": {"below": "in place of nothing"},
                "empty": {"below": "some send no object so"},
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
    fn a_value_without_a_place_is_not_inserted() {
        let body = json!({"list": [1], "text": "x", "none": null, "numbered": {"1": 7}});
        for pointer in ["/list/2", "/list/01", "/list/-", "/list/a", "/text/below", "/none/1"] {
            let mut written = body.clone();
            assert!(insert(&mut written, pointer, json!(1)).is_err(), "{pointer}");
        }
        let mut written = body.clone();
        insert(&mut written, "/numbered/1", json!(8)).unwrap();
        assert_eq!(written["numbered"], json!({"1": 8}));
    }

    #[test]
    fn ids_of_digits_are_sent_as_numbers() {
        let contract = Contract::built_in(crate::model::System::Omnirps);
        assert_eq!(read(contract, "77"), Ok(json!({"RetailerId": 77})));
        assert_eq!(read(contract, "077"), Ok(json!({"RetailerId": "077"})));
        assert_eq!(read(contract, "r-7"), Ok(json!({"RetailerId": "r-7"})));
    }
}
