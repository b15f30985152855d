//! Equal records in the types of each engine give the same system state.

use crate::engine::{Engine, Sql, on_each_engine};
use reconcile::{Company, Id, Record, Setting, System, SystemState, Value};
use reconcile::{Database, Terms};
use secrecy::SecretString;
use std::time::Duration;

const RPS: Sql = Sql {
    postgres: "
        drop table if exists rps_retailers;
        drop domain if exists address;
        create domain address as varchar(200);
        create table rps_retailers (
            id int, title char(20), url address, enabled boolean, shopify char(1), mails smallint);
        insert into rps_retailers values
            (501, 'Ally & Sons', 'https://x.example/hook', true, 'Y', 1),
            (502, 'Bram  Ø', null, null, 'n', 0),
            (503, '7', '', false, 'Y', 1)",
    mariadb: "
        create or replace table rps_retailers (
            id int unsigned, title varchar(20), url text, enabled bit(1), shopify enum('Y', 'n'),
            mails tinyint(1));
        insert into rps_retailers values
            (501, 'Ally & Sons', 'https://x.example/hook', 1, 'Y', 1),
            (502, 'Bram  Ø', null, null, 'n', 0),
            (503, '7', '', 0, 'Y', 1)",
    sqlite: "
        create table rps_retailers (id, title, url, enabled, shopify, mails);
        insert into rps_retailers values
            (501, 'Ally & Sons', 'https://x.example/hook', 'true', 'Y', 1),
            ('502', 'Bram  Ø', null, null, 'n', '0'),
            (503.0, 7, '', 'FALSE', 'Y', 'TRUE')",
};

const RPS_QUERY: Sql = Sql {
    postgres: r#"
        select id, title as name, url as "omnirps.tracking_webhook.url",
               enabled as "omnirps.tracking_webhook.enabled",
               shopify as "omnirps.shopify_integration",
               mails as "omnirps.track_and_trace_emails"
        from rps_retailers order by id desc;"#,
    mariadb: "
        select id, title as name, url as `omnirps.tracking_webhook.url`,
               enabled as `omnirps.tracking_webhook.enabled`,
               shopify as `omnirps.shopify_integration`,
               mails as `omnirps.track_and_trace_emails`
        from rps_retailers order by id desc;",
    sqlite: r#"
        select id, title as name, url as "omnirps.tracking_webhook.url",
               enabled as "omnirps.tracking_webhook.enabled",
               shopify as "omnirps.shopify_integration",
               mails as "omnirps.track_and_trace_emails"
        from rps_retailers order by cast(id as integer) desc;"#,
};

const RETURNS: Sql = Sql {
    postgres: "
        drop table if exists returns_mails, returns_retailers, returns_companies;
        drop type if exists portal;
        create type portal as enum ('Y', 'N');
        create table returns_companies (id bigint, title name);
        insert into returns_companies values (1, 'SEKO'), (7, 'Loop');
        create table returns_retailers (
            id uuid, title text, company text, portal portal, rps numeric(20, 2), hubs jsonb);
        insert into returns_retailers values
            ('00000000-0000-0000-0000-00000000000a', 'Ally & Sons - Loop', 'Loop', 'Y', 501, '[]'),
            ('00000000-0000-0000-0000-00000000000b', 'Bram  Ø', null, 'N', null, '[\"LAX\"]'),
            ('00000000-0000-0000-0000-00000000000c', 'Cor''s', '', 'Y', 503, null);
        create table returns_mails (retailer uuid, mail varchar(90));
        insert into returns_mails values
            ('00000000-0000-0000-0000-00000000000b', 'z@x.example'),
            ('00000000-0000-0000-0000-00000000000b', 'a@x.example')",
    mariadb: "
        create or replace table returns_companies (id bigint, title varchar(20));
        insert into returns_companies values (1, 'SEKO'), (7, 'Loop');
        create or replace table returns_retailers (
            id char(36), title text, company varchar(20) collate utf8mb4_bin, portal char(1),
            rps decimal(20, 2), hubs json);
        insert into returns_retailers values
            ('00000000-0000-0000-0000-00000000000a', 'Ally & Sons - Loop', 'Loop', 'Y', 501, '[]'),
            ('00000000-0000-0000-0000-00000000000b', 'Bram  Ø', null, 'N', null, '[\"LAX\"]'),
            ('00000000-0000-0000-0000-00000000000c', 'Cor''s', '', 'Y', 503, null);
        create or replace table returns_mails (retailer char(36), mail varchar(90));
        insert into returns_mails values
            ('00000000-0000-0000-0000-00000000000b', 'z@x.example'),
            ('00000000-0000-0000-0000-00000000000b', 'a@x.example')",
    sqlite: "
        create table returns_companies (id integer, title text);
        insert into returns_companies values (1, 'SEKO'), (7, 'Loop');
        create table returns_retailers (
            id text, title text, company text, portal text, rps integer, hubs text);
        insert into returns_retailers values
            ('00000000-0000-0000-0000-00000000000a', 'Ally & Sons - Loop', 'Loop', 'Y', 501, ''),
            ('00000000-0000-0000-0000-00000000000b', 'Bram  Ø', null, 'N', null, 'LAX'),
            ('00000000-0000-0000-0000-00000000000c', 'Cor''s', '', 'Y', 503, null);
        create table returns_mails (retailer text, mail text);
        insert into returns_mails values
            ('00000000-0000-0000-0000-00000000000b', 'z@x.example'),
            ('00000000-0000-0000-0000-00000000000b', 'a@x.example')",
};

const RETURNS_QUERY: Sql = Sql {
    postgres: r#"
        select r.id, r.title as "omnireturns.name", company as "omnireturns.company",
               portal as "omnireturns.portal", rps as "omnireturns.omnirps_retailer_id",
               array_agg(mail) as "omnireturns.emails", hubs as "omnireturns.hubs"
        from returns_retailers r left join returns_mails on retailer = r.id
        group by 1, 2, 3, 4, 5, 7 order by r.id"#,
    mariadb: "
        select r.id, r.title as name, company as `omnireturns.company`,
               portal as `omnireturns.portal`, rps as `omnireturns.omnirps_retailer_id`,
               json_arrayagg(mail) as `omnireturns.emails`, hubs as `omnireturns.hubs`
        from returns_retailers r left join returns_mails on retailer = r.id
        group by r.id order by r.id",
    sqlite: r#"
        select r.id, r.title as name, company as "omnireturns.company",
               portal as "omnireturns.portal", rps as "omnireturns.omnirps_retailer_id",
               json_group_array(mail) as "omnireturns.emails", hubs as "omnireturns.hubs"
        from returns_retailers r left join returns_mails on retailer = r.id
        group by r.id order by r.id"#,
};

fn text(text: &str) -> Value {
    if text.is_empty() { Value::Unset } else { Value::text(text.to_owned()) }
}

fn rps(id: &str, name: &str, url: &str, enabled: Value, on: &str) -> Record {
    let values = [
        (Setting::OmnirpsTrackingWebhookUrl, text(url)),
        (Setting::OmnirpsTrackingWebhookEnabled, enabled),
        (Setting::OmnirpsShopifyIntegration, text(on)),
        (Setting::OmnirpsTrackAndTraceEmails, text(on)),
    ];
    Record {
        id: Id::text(id),
        name: name.into(),
        disabled: false,
        key_issued: false,
        values: values.into_iter().collect(),
    }
}

fn returns(last: char, name: &str, rest: [Value; 5]) -> Record {
    let [company, portal, rps, emails, hubs] = rest;
    let values = [
        (Setting::OmnireturnsName, text(name)),
        (Setting::OmnireturnsCompany, company),
        (Setting::OmnireturnsPortal, portal),
        (Setting::OmnireturnsOmnirpsRetailerId, rps),
        (Setting::OmnireturnsEmails, emails),
        (Setting::OmnireturnsHubs, hubs),
    ];
    let id = Id::text(format!("00000000-0000-0000-0000-00000000000{last}"));
    Record {
        id,
        name: name.into(),
        disabled: false,
        key_issued: false,
        values: values.into_iter().collect(),
    }
}

on_each_engine!(
    omnirps_is_the_same_in_every_engine,
    omnireturns_is_the_same_in_every_engine,
    an_unsupported_type_is_named,
);

fn omnirps_is_the_same_in_every_engine(engine: &Engine) {
    let expected = vec![
        rps("503", "7", "", Value::Flag(false), "enabled"),
        rps("502", "Bram  Ø", "", Value::Unset, "disabled"),
        rps("501", "Ally & Sons", "https://x.example/hook", Value::Flag(true), "enabled"),
    ];
    engine.execute(engine.pick(RPS));
    let holdings = engine.read_all(System::Omnirps, engine.pick(RPS_QUERY)).unwrap();
    let expected = SystemState { records: expected.clone(), companies: None };
    assert_eq!(holdings, expected, "{}", engine.name());
    assert!(holdings.records[0].id.to_json().is_number(), "{}", engine.name());
}

fn omnireturns_is_the_same_in_every_engine(engine: &Engine) {
    let lists = |items: &[&str]| Value::List(items.iter().map(|item| (*item).into()).collect());
    let none = Value::none;
    let expected = SystemState {
        records: vec![
            returns(
                'a',
                "Ally & Sons - Loop",
                [text("Loop"), text("published"), text("501"), none(), none()],
            ),
            returns(
                'b',
                "Bram  Ø",
                [
                    Value::Unset,
                    text("unpublished"),
                    Value::Unset,
                    lists(&["a@x.example", "z@x.example"]),
                    lists(&["LAX"]),
                ],
            ),
            returns('c', "Cor's", [Value::Unset, text("published"), text("503"), none(), none()]),
        ],
        companies: Some(
            [("1", "SEKO"), ("7", "Loop")]
                .map(|(id, name)| Company { id: Id::text(id), name: name.into() })
                .into(),
        ),
    };
    engine.execute(engine.pick(RETURNS));
    let database = Database::open(
        System::Omnireturns,
        &SecretString::from(engine.url()),
        engine.pick(RETURNS_QUERY).into(),
        Some("select id, title as name from returns_companies order by id".into()),
        Terms::alone(Duration::from_secs(60)),
    )
    .unwrap();
    let holdings = crate::databases::block_on(database.read_all()).unwrap();
    assert_eq!(holdings, expected, "{}", engine.name());
}

fn an_unsupported_type_is_named(engine: &Engine) {
    let query = engine.pick(Sql {
        postgres: "select '\\x00'::bytea as id, 'a' as name",
        mariadb: "select cast('a' as datetime) as name, now() as id",
        sqlite: "select x'00' as id, 'a' as name",
    });
    let kind = match engine {
        Engine::Postgres(_) => "bytea",
        Engine::Mariadb(_) => "datetime",
        Engine::Sqlite(_) => "blob",
    };
    assert_eq!(
        engine.refusal(query),
        format!("the column `id` of `query` has the unsupported type {kind}")
    );
    let other = engine.pick(Sql {
        postgres: "select 7.5::numeric as id, 'a' as name",
        mariadb: "select 7.5 as id, 'a' as name",
        sqlite: "select 7.5 as id, 'a' as name",
    });
    assert!(engine.refusal(other).contains("has the unsupported type"), "{}", engine.name());
}
