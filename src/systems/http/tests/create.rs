//! Incomplete creates, and the messages about partial writes.

use super::{ScriptedSystem, change, create, unpublish};
use crate::apply::{Outcome, Write, WriteEffect, WriteFailure};
use crate::model::{Id, Setting, System, Value};
use crate::plan::Change;
use crate::systems::Writer;
use serde_json::{Value as Json, json};
use std::sync::{Arc, Mutex};
use tokio::sync::OnceCell;

pub(super) const CREATE: &str =
    "  create: {path: /new, record: '', carries: [omnireturns.company, omnireturns.portal]}";
pub(super) const FIELDS: &str = "  fields:\n    \
                      omnireturns.portal: {at: /portal}\n    \
                      omnireturns.company: {at: /group, write_at: /group_id}\n    \
                      omnireturns.omnirps_retailer_id: {at: /hub}";
pub(super) const UPDATE: &str =
    "  read: {path: '/{id}', record: ''}\n  update: {path: '/{id}', record: ''}";

/// A shop with a company, an unpublished portal and a link: the first two are part of the
/// create.
pub(super) fn changes() -> Vec<Change> {
    let company = change(Setting::OmnireturnsCompany, Value::Unset, Value::text("Loop"));
    let hub = change(Setting::OmnireturnsOmnirpsRetailerId, Value::Unset, Value::text("77"));
    let presence = Setting::presence(crate::model::System::Omnireturns);
    vec![
        change(presence, Value::Unset, Value::present()),
        Change { after_id: Id::from_json(&json!(2)), ..company },
        change(Setting::OmnireturnsPortal, Value::Unset, Value::text("unpublished")),
        hub,
    ]
}

pub(super) fn shop(group: &str, portal: bool, hub: &str) -> Json {
    json!({"id": 9, "name": "Acme", "group": group, "portal": portal, "hub": hub})
}

/// A system that creates a shop like this, and applies updates as its script says.
async fn scripted_system(
    update: &str,
    created: Json,
    updated: impl Fn(&mut Json, &Json) -> u16 + Clone + Send + Sync + 'static,
) -> ScriptedSystem {
    let live = Arc::new(Mutex::new(created));
    ScriptedSystem::start(&format!("{CREATE}\n{FIELDS}\n{update}"), move |asked| {
        let mut live = live.lock().unwrap();
        match asked.call.as_str() {
            "PATCH /base/9" => (updated(&mut live, &asked.body), live.clone()),
            "POST /base/new" | "GET /base/9" => (200, live.clone()),
            "GET /base/all" => (200, json!([live.clone()])),
            other => panic!("{other}"),
        }
    })
    .await
}

async fn run(scripted_system: &ScriptedSystem) -> (Outcome, Vec<Json>) {
    let outcome = scripted_system.client.create(&create(changes()), "run/1").await;
    let patches = scripted_system.asked().into_iter().filter(|(call, _)| call.starts_with("PATCH"));
    (outcome, patches.map(|(_, body)| body).collect())
}

fn failed(outcome: Outcome) -> WriteFailure {
    let Outcome::Failed(failure) = outcome else { panic!("{outcome:?}") };
    failure
}

#[tokio::test]
async fn what_a_create_did_not_take_follows_in_one_update() {
    let whole = |live: &mut Json, _: &Json| {
        *live = shop("Loop", false, "77");
        200
    };
    for (created, sent) in [
        (shop("Loop", false, "77"), vec![]),
        (shop("Loop", false, ""), vec![json!({"hub": "77"})]),
        (shop("SEKO", true, "77"), vec![json!({"group_id": 2, "portal": false})]),
        (shop("SEKO", true, ""), vec![json!({"group_id": 2, "portal": false, "hub": "77"})]),
    ] {
        let scripted_system = scripted_system(UPDATE, created.clone(), whole).await;
        let (outcome, patches) = run(&scripted_system).await;
        assert!(matches!(outcome, Outcome::Applied(_)), "{created}: {outcome:?}");
        assert_eq!(patches, sent, "{created}");
    }
}

#[tokio::test]
async fn what_is_left_to_people_follows_no_create() {
    for (created, sent) in [
        (shop("Loop", true, ""), Some(json!({"portal": false, "hub": "77"}))),
        (shop("SEKO", true, ""), Some(json!({"portal": false, "hub": "77"}))),
        (shop("SEKO", false, "77"), None),
    ] {
        let is_ignored = created["group"] == "SEKO";
        let keep = |live: &mut Json, _: &Json| {
            *live = shop(live["group"].as_str().unwrap(), false, "77");
            200
        };
        let mut system = scripted_system(UPDATE, created, keep).await;
        system.client.connection.on_create_only.insert(Setting::OmnireturnsCompany);
        let (outcome, patches) = run(&system).await;
        assert_eq!(patches, Vec::from_iter(sent));
        if is_ignored {
            let failure = failed(outcome);
            assert_eq!(failure.effect, WriteEffect::Partial);
            assert!(failure.message.contains("is SEKO instead of Loop"), "{failure:?}");
        } else {
            assert!(matches!(outcome, Outcome::Applied(_)), "{outcome:?}");
        }
    }
}

#[tokio::test]
async fn a_record_of_another_user_is_not_taken_for_a_created_one() {
    let create_call = "  create: {path: /new, carries: [omnireturns.company, omnireturns.portal]}";
    let fields = format!("{FIELDS}\n    omnireturns.emails: {{at: /emails}}");
    let made = |group: &str, hub: &str, emails: Json| {
        json!({"id": 9, "name": "Acme", "group": group, "portal": false, "hub": hub,
               "emails": emails})
    };
    let (whole, ignored) = (made("Loop", "77", json!([])), made("SEKO", "", json!([])));
    // Whether the response shows the record, and whether it can be the created one.
    for (record, if_shown, if_not_shown) in [
        (made("Loop", "", json!([])), true, true),
        (made("Loop", "0", json!([])), true, true),
        (ignored, true, false),
        (made("Loop", "999", json!([])), false, false),
        (made("Loop", "77", json!(["boss@acme.example"])), false, false),
    ] {
        for (create_call, answer, is_ours) in [
            (CREATE, (200, record.clone()), if_shown),
            (CREATE, (200, json!("<html>done</html>")), if_not_shown),
            (create_call, (201, Json::Null), if_not_shown),
            (create_call, (200, json!({"Success": true})), if_not_shown),
        ] {
            let (record, whole) = (record.clone(), whole.clone());
            let live = Arc::new(Mutex::new(record));
            let contract = format!("{create_call}\n{fields}\n{UPDATE}");
            let system = ScriptedSystem::start(&contract, move |asked| {
                let mut live = live.lock().unwrap();
                match asked.call.as_str() {
                    "POST /base/new" => return answer.clone(),
                    "PATCH /base/9" => *live = whole.clone(),
                    "GET /base/all" => return (200, json!([live.clone()])),
                    _ => {}
                }
                (200, live.clone())
            })
            .await;
            let (outcome, patches) = run(&system).await;
            if is_ours {
                assert!(matches!(outcome, Outcome::Applied(_)), "{outcome:?}");
                assert_eq!(patches.len(), 1);
                continue;
            }
            let failure = failed(outcome);
            assert_eq!(failure.effect, WriteEffect::Possible, "{failure:?}");
            assert!(failure.message.contains("another user may have created it"), "{failure:?}");
            assert_eq!(patches, [] as [Json; 0]);
        }
    }
}

#[tokio::test]
async fn a_create_that_stays_unfinished_is_in_doubt() {
    // The update undoes the create's value.
    let worse = |live: &mut Json, _: &Json| {
        *live = shop("SEKO", false, "77");
        200
    };
    let scripted_system = scripted_system(UPDATE, shop("Loop", true, "77"), worse).await;
    let failure = failed(run(&scripted_system).await.0);
    assert_eq!(failure.effect, WriteEffect::Partial);
    assert_eq!(
        failure.message,
        "created with id 9, but then the system answered with success, but `omnireturns.company` of \
         record 9 is SEKO instead of Loop"
    );
}

#[tokio::test]
async fn a_create_whose_update_is_refused_is_in_doubt() {
    let scripted_system = scripted_system(UPDATE, shop("Loop", true, "77"), |_, _| 422).await;
    let (outcome, patches) = run(&scripted_system).await;
    let failure = failed(outcome);
    assert_eq!(failure.effect, WriteEffect::Partial, "the record is there");
    assert!(
        failure.message.starts_with("created with id 9, but then updating record 9"),
        "{failure:?}"
    );
    assert_eq!(patches, [json!({"portal": false})]);
}

#[tokio::test]
async fn what_cannot_follow_a_create_is_checked() {
    let scripted_system = scripted_system("", shop("SEKO", true, ""), |_, _| 200).await;
    let (outcome, patches) = run(&scripted_system).await;
    let failure = failed(outcome);
    assert!(
        failure.effect.is_possible() && failure.message.contains("is SEKO instead of Loop"),
        "{failure:?}"
    );
    assert_eq!(patches, [] as [Json; 0], "there is no call that updates");

    // A setting without a field in the contract.
    let fields = FIELDS.lines().filter(|line| !line.contains("/hub")).collect::<Vec<_>>();
    let contract = format!("{CREATE}\n{}\n{UPDATE}", fields.join("\n"));
    let created = shop("Loop", false, "77");
    let scripted_system = ScriptedSystem::start(&contract, move |_| (200, created.clone())).await;
    let (outcome, patches) = run(&scripted_system).await;
    let failure = failed(outcome);
    assert!(
        failure.effect.is_possible() && failure.message.contains("omnirps_retailer_id"),
        "{failure:?}"
    );
    assert_eq!(patches, [] as [Json; 0], "nothing could be sent");
}

#[tokio::test]
async fn a_field_in_a_list_needs_its_place() {
    let link = Setting::OmnireturnsOmnirpsRetailerId;
    let changes = [change(link, Value::Unset, Value::text("7"))];
    for (at, hooks, expected) in [
        ("/hooks/0/id", json!([]), Some(json!([{"id": "7"}]))),
        ("/hooks/0/id", Json::Null, Some(json!([{"id": "7"}]))),
        ("/hooks/1/id", json!([{"id": "5"}]), Some(json!([{"id": "5"}, {"id": "7"}]))),
        ("/hooks/1/id", json!({"1": {}}), Some(json!({"1": {"id": "7"}}))),
        ("/hooks/0/id", json!({"0": {}}), Some(json!({"0": {"id": "7"}}))),
        ("/hooks/1/id", json!([]), None),
        ("/hooks/0/id", json!("none"), None),
    ] {
        for sends in ["changes", "record"] {
            let contract = format!(
                "  fields: {{omnireturns.omnirps_retailer_id: {{at: {at}}}}}\n  \
                 read: {{path: '/{{id}}', record: ''}}\n  \
                 update: {{path: '/{{id}}', sends: {sends}}}"
            );
            let live = json!({"id": 9, "name": "Acme", "hooks": hooks});
            let system = ScriptedSystem::start(&contract, move |_| (200, live.clone())).await;
            let failure = failed(system.client.update("9", "Acme", &changes).await);
            let patch = system.asked().into_iter().find(|(call, _)| call.starts_with("PATCH"));
            let sent = patch.map(|(_, body)| body["hooks"].clone());
            assert_eq!(sent, expected, "{at} {hooks} {sends}: {failure:?}");
            assert_eq!(failure.message.contains("no place"), expected.is_none(), "{failure:?}");
        }
    }
}

#[tokio::test]
async fn an_id_is_written_above_or_below_the_name_that_is_read() {
    let company = change(Setting::OmnireturnsCompany, Value::text("SEKO"), Value::text("Loop"));
    let changes = [Change { after_id: Id::from_json(&json!(2)), ..company }];
    for (field, live, expected) in [
        ("{at: /company, write_at: /company/id}", json!("SEKO"), json!({"id": 2})),
        ("{at: /company/name, write_at: /company}", json!({"name": "SEKO"}), json!(2)),
    ] {
        let contract = format!(
            "  fields: {{omnireturns.company: {field}}}\n  read: {{path: '/{{id}}', record: ''}}\n  \
             update: {{path: '/{{id}}', sends: changes}}"
        );
        let live = json!({"id": 9, "name": "Acme", "company": live});
        let system = ScriptedSystem::start(&contract, move |_| (200, live.clone())).await;
        system.client.update("9", "Acme", &changes).await;
        let patch = system.asked().into_iter().find(|(call, _)| call.starts_with("PATCH"));
        assert_eq!(patch.map(|(_, body)| body["company"].clone()), Some(expected), "{field}");
    }
}

#[tokio::test]
async fn an_update_that_was_taken_in_part_is_in_doubt() {
    let company = change(Setting::OmnireturnsCompany, Value::text("SEKO"), Value::text("Loop"));
    let company = Change { after_id: Id::from_json(&json!(2)), ..company };
    for (taken, effect) in [
        (shop("Loop", true, ""), WriteEffect::Partial),
        (shop("SEKO", true, ""), WriteEffect::Possible),
        // The system stores another form of what was sent.
        (shop("LOOP", true, ""), WriteEffect::Partial),
    ] {
        let scripted_system = scripted_system(UPDATE, shop("SEKO", true, ""), move |live, _| {
            *live = taken.clone();
            200
        })
        .await;
        let failure = failed(
            scripted_system.client.update("9", "Acme", &[company.clone(), unpublish()]).await,
        );
        assert_eq!(failure.effect, effect, "{failure:?}");
    }
}

/// Returns the codes of the warnings after a create that is answered with this status and the
/// record 7, if a system then lists records with these ids and its name.
async fn warned(status: u16, listed: &'static [u64]) -> Vec<&'static str> {
    let asked = Arc::new(Mutex::new(false));
    let contract = format!("{CREATE}\n{FIELDS}\n{UPDATE}");
    let system = ScriptedSystem::start(&contract, move |request| {
        let acme = |id: u64| json!({"id": id, "name": "Acme", "portal": false});
        let mut is_asked = asked.lock().unwrap();
        match request.call.as_str() {
            "GET /base/all" if *is_asked => (200, listed.iter().copied().map(acme).collect()),
            "GET /base/all" => (200, json!([])),
            "GET /base/7" => (200, acme(7)),
            _ => {
                *is_asked = true;
                (status, acme(7))
            }
        }
    })
    .await;
    let writer = Writer {
        clients: Arc::new([(System::Omnireturns, system.client)].into()),
        before_creating: [(System::Omnireturns, OnceCell::new())].into(),
        created: Mutex::default(),
        environment: "test".into(),
        fresh_keys_for: None,
    };
    writer.write(&create(vec![unpublish()]), Some("key")).await;
    writer.check_creates().await.into_iter().map(|warning| warning.code).collect()
}

#[tokio::test]
async fn two_records_of_a_name_are_told_only_if_one_may_be_ours() {
    for (status, expected) in
        [(201, Some("twin-created")), (500, Some("twin-created")), (409, None)]
    {
        assert_eq!(warned(status, &[7, 8]).await, Vec::from_iter(expected), "{status}");
    }
}

#[tokio::test]
async fn a_created_record_that_is_not_listed_is_told() {
    for (status, listed, expected) in [
        (201, &[7][..], None),
        (201, &[], Some("twins-unknown")),
        (201, &[8], Some("twin-created")),
        // Whether this one was made is not known.
        (500, &[], None),
    ] {
        assert_eq!(warned(status, listed).await, Vec::from_iter(expected), "{status} {listed:?}");
    }
}
