//! The format of the project file, including the parts that the model uses directly.

use crate::model::types::{
    AtLeastOne, BaseUrl, Bool, Flaw, HeaderName, KeySource, MilestoneName, Name, PageUrl, Raw,
    RecipientKey, RecipientName, Refusal, Scalar, Scope, SecretLocation, SettingName, StrictMap,
    Text, WebhookUrl, Whole, default_of, mapping, words,
};
use crate::model::{Milestone, ReadBy, System, WriteBy};
use serde::Serialize;
use serde_json::json;
use std::collections::BTreeMap;
use url::Url;

/// The name of the environment that always exists.
pub(crate) const SANDBOX: &str = "sandbox";

mapping! {
    /// The shared configuration of all retailers: partner, systems, safety limits. All keys
    /// have defaults.
    pub(crate) struct ProjectFile {
        /// The partner that retailers are onboarded to.
        partner: Partner as Partner,
        /// The environment that commands use without --environment.
        default_environment: String as Text = SANDBOX,
        /// The environments by name: each is a set of the three systems. `sandbox` always
        /// exists.
        environments: BTreeMap<String, EnvironmentFile> as StrictMap<Name, EnvironmentFile>,
        /// Limits on the changes of one apply, unless --force is given.
        safety: Safety as Safety,
        /// Where run records are stored. Default: in `.reconcile/` in the folder of this file.
        state: State as State,
        /// The people in each role, whose names are displayed with the role.
        people: People as People,
        /// The maximum number of days to wait for a milestone, as in `{documents_completed: 14}`.
        /// `status` marks what takes longer as overdue.
        due_days: BTreeMap<Milestone, u32> as StrictMap<MilestoneName, Days>,
    }
}

/// The maximum number of days to wait for a milestone: up to ten years.
type Days = Whole<0, 3_650>;

macro_rules! defaults {
    ($($name:ident),+) => {$(
        impl Default for $name {
            /// Returns the value of an empty mapping.
            fn default() -> $name {
                default_of()
            }
        }
    )+};
}

defaults!(ProjectFile, Partner, Limits, Safety);

mapping! {
    /// The embedded sandbox (`embedded: true`), or the addresses of systems.
    pub(crate) struct EnvironmentFile {
        /// `true`: the three systems run on this machine for the duration of a command, for
        /// rehearsals.
        embedded: bool as Bool = false,
        /// How OmniParcel is read and changed. HTTP requires `url` and `key`; a database
        /// requires `sql`.
        #[of(Omniparcel)]
        omniparcel: Option<RouteFile> as Option<RouteFile>,
        /// How OmniReturns is read and changed. HTTP requires `url` and `key`; a database
        /// requires `sql`.
        #[of(Omnireturns)]
        omnireturns: Option<RouteFile> as Option<RouteFile>,
        /// How OmniRPS is read and changed. HTTP requires `url` and `key`; a database requires
        /// `sql`.
        #[of(Omnirps)]
        omnirps: Option<RouteFile> as Option<RouteFile>,
        /// The contract file for systems whose endpoints differ from the built-in contract,
        /// relative to this file. `reconcile schema --out DIR` writes a template.
        contract: Option<String> as Option<Text>,
        /// The input of `verify` in this environment.
        verify: Verify as Verify,
        /// Limits on the requests to each system.
        limits: Limits as Limits,
    }
    also |_| {
        let systems = System::ALL.map(|system| json!({"required": [system.key()]}));
        let not_embedded: Vec<_> =
            systems.iter().cloned().chain([json!({"required": ["contract"]})]).collect();
        json!({"type": "object", "oneOf": [
            {
                "properties": {"embedded": {"const": true}},
                "required": ["embedded"],
                "not": {"anyOf": not_embedded},
            },
            {"properties": {"embedded": {"const": false}}, "anyOf": systems},
        ]})
    }
}

impl EnvironmentFile {
    pub(crate) fn route(&self, system: System) -> Option<&RouteFile> {
        match system {
            System::Omniparcel => self.omniparcel.as_ref(),
            System::Omnireturns => self.omnireturns.as_ref(),
            System::Omnirps => self.omnirps.as_ref(),
        }
    }
}

mapping! {
    /// The input of `verify` in this environment.
    pub(crate) struct Verify {
        /// The YAML or JSON file with the request body of a test label, relative to this file:
        /// Origin, Destination, Packages and Commodities. The other fields are filled in.
        label: Option<String> as Option<Text>,
    }
}

mapping! {
    /// How one system is read and changed.
    pub(crate) struct RouteFile {
        /// How the system is read. Default: http if `url` is set, else sql. With none, people
        /// check it, and its settings are manual steps until a milestone states that they are
        /// done.
        read: Option<ReadBy> as Option<ReadWord>,
        /// How the system is changed. Default: http if `url` is set, else manual: the plan
        /// lists who changes what, and where.
        write: Option<WriteBy> as Option<WriteWord>,
        /// The base URL to which the paths of the contract are appended.
        url: Option<Url> as Option<BaseUrl>,
        /// The location of the key. Never the key itself: this file is in Git.
        key: Option<KeySource> as Option<SecretLocation>,
        /// The HTTP header for the key, if it differs from the contract.
        key_header: Option<String> as Option<HeaderName>,
        /// Additional secret headers of all requests, by name, for example for gateways. Each
        /// value is the location of the header's text, as in `key`.
        headers: BTreeMap<String, KeySource> as StrictMap<HeaderName, SecretLocation>,
        /// The database from which the system is read.
        sql: Option<Sql> as Option<Sql>,
        /// Settings that are changed in a different way than the rest of the system. With
        /// observe, differences are reported but never changed.
        settings: BTreeMap<String, WriteBy> as StrictMap<SettingName, SettingWord>,
    }
    also |_| {
        let has_http = json!({"required": ["url", "key"]});
        let is = |key: &str, word: &str| {
            json!({"properties": {key: {"const": word}}, "required": [key]})
        };
        json!({
            "type": "object",
            "if": {"not": is("read", "none")},
            "then": {"anyOf": [has_http, {"required": ["sql"]}]},
            "allOf": [
                {"if": {"anyOf": [is("read", "http"), is("write", "http")]}, "then": has_http},
                {
                    "if": is("read", "sql"),
                    "then": {"required": ["sql"], "properties": {"sql": {"required": ["query"]}}},
                },
            ],
        })
    }
}

impl RouteFile {
    /// Returns how the system is read, or `None` if it is not configured.
    pub(crate) fn read(&self) -> Option<ReadBy> {
        self.read.or(match (&self.url, &self.sql) {
            (Some(_), _) => Some(ReadBy::Http),
            (None, Some(_)) => Some(ReadBy::Sql),
            (None, None) => None,
        })
    }

    /// Returns how the system is changed.
    pub(crate) fn write(&self) -> WriteBy {
        let usual = if self.url.is_some() { WriteBy::Http } else { WriteBy::Manual };
        self.write.unwrap_or(usual)
    }

    /// Returns whether anything uses HTTP.
    pub(crate) fn needs_http(&self) -> bool {
        self.read() == Some(ReadBy::Http)
            || self.write() == WriteBy::Http
            || self.settings.values().any(|by| *by == WriteBy::Http)
    }
}

words! {
    /// How a system is read.
    ReadWord: ReadBy { "http" => ReadBy::Http, "sql" => ReadBy::Sql, "none" => ReadBy::Nothing }
}

words! {
    /// How a system is changed.
    WriteWord: WriteBy { "http" => WriteBy::Http, "manual" => WriteBy::Manual }
}

words! {
    /// How one setting is changed.
    SettingWord: WriteBy {
        "http" => WriteBy::Http, "manual" => WriteBy::Manual, "observe" => WriteBy::Observe
    }
}

mapping! {
    /// The database from which the system is read.
    pub struct Sql {
        /// The location of the database URL: postgres://, mysql:// or sqlite:. Never the URL
        /// itself, because it contains a password.
        url: KeySource as SecretLocation,
        /// A select that returns one row per record, with the columns `id`, `name` and one per
        /// setting, named after it.
        query: Option<String> as Option<Text>,
        /// A select that returns one row per company, with the columns `id` and `name`.
        #[only(Omnireturns)]
        companies: Option<String> as Option<Text>,
        /// A select that returns the uploaded returns of a retailer, with the columns
        /// `connote`, `order_number`, `source`, `received_at` and `processed_at`. `{id}` is
        /// replaced by the retailer's id and `{since}` by the first day; both are bound
        /// parameters, so do not quote them. Without `{id}` it returns those of all retailers,
        /// with the retailer's id in the column `omnirps_id`. It can be combined with `read:
        /// http`.
        #[only(Omnirps)]
        uploads: Option<String> as Option<UploadsQuery>,
    }
    also |_| json!({"anyOf": [{"required": ["query"]}, {"required": ["uploads"]}]})
}

/// The query for uploads, with its parameters.
pub(crate) struct UploadsQuery;

impl Scalar for UploadsQuery {
    type Output = String;

    fn parse(scope: Scope, raw: Raw<'_>) -> Result<String, Refusal> {
        let query = Text::parse(scope, raw)?;
        let is_quoted =
            |place: &str| ["'", "\""].iter().any(|q| query.contains(&format!("{q}{place}{q}")));
        let (message, hint) = if !query.contains("{id}") && !query.contains("omnirps_id") {
            (
                "does not identify whose uploads it returns",
                "write `{id}` where the retailer's id goes, and `{since}` where the first day goes; \
                 or select the id of each as `omnirps_id`",
            )
        } else if is_quoted("{id}") || is_quoted("{since}") {
            (
                "has `{id}` or `{since}` in quotes, which makes it an ordinary text",
                "remove the quotes: the value is bound to the query",
            )
        } else {
            return Ok(query);
        };
        Err(Flaw::wrong(message, hint).into())
    }

    fn json_schema(scope: Scope) -> serde_json::Value {
        let mut schema = Text::json_schema(scope);
        schema["allOf"] = json!([{"pattern": r"\{id\}|omnirps_id"}]);
        schema
    }
}

mapping! {
    /// The partner that retailers are onboarded to.
    // By default Loop, with the addresses from the onboarding page (steps N3 and N5.2.1).
    pub struct Partner {
        /// The partner's name.
        name: String as Name = "Loop",
        /// The partner's company in OmniReturns, to which retailers without access are moved
        /// (step E6.1).
        company: String as Name = "Loop",
        /// The suffix of the OmniReturns names of retailers that keep their access (step E7.1),
        /// without the leading space.
        name_suffix: String as Name = "- Loop",
        /// The webhook URL to which OmniRPS reports the progress of returns (step N5.2.1).
        /// Without it, customers get no credits.
        tracking_webhook_url: String as WebhookUrl = "https://api.loopreturns.com/hook/v1/seko/update",
        /// The form to send to new retailers (step N3).
        onboarding_form_url: String as PageUrl = "https://zfrmz.com/G3SkIjW9RIsg7SYQJaI2",
        /// The recipients who can decrypt the output of `handoff` (steps N6 and E2): age public
        /// keys, by the names of their owners.
        recipients: BTreeMap<String, String> as StrictMap<RecipientName, RecipientKey>,
        /// The hubs to which returns are sent, for retailers whose file lists none. `handoff`
        /// includes them.
        hub_addresses: Vec<HubAddress> as Vec<HubAddress>,
    }
}

mapping! {
    /// The address of a hub to which returns are sent.
    #[derive(Serialize)]
    pub struct HubAddress {
        /// The hub's name.
        name: String as Name,
        /// The lines of its address, as written on a label.
        lines: Vec<String> as AtLeastOne<Name>,
    }
    also |_| json!({"type": "object"})
}

mapping! {
    /// Where run records are stored: in a folder, in PostgreSQL or in S3.
    pub(crate) struct State {
        /// A PostgreSQL database shared between machines.
        postgres: Option<Postgres> as Option<Postgres>,
        /// A bucket shared between machines. Credentials come from the standard AWS variables.
        s3: Option<S3> as Option<S3>,
        /// A folder shared between machines, relative to this file.
        folder: Option<String> as Option<Text>,
        /// The number of seconds after which the lease of a dead run expires.
        // A renewal needs time for a request; a day is longer than any run.
        lease_seconds: u32 as Whole<2, 86_400> = 60,
        /// The location of the secret for the fingerprints of handed-over keys. It has at least
        /// 32 characters, and is never in the store.
        handoff_key: Option<KeySource> as Option<SecretLocation>,
    }
    also |_| json!({"oneOf": [
        {"required": ["postgres"], "not": {"anyOf": [{"required": ["s3"]}, {"required": ["folder"]}]}},
        {"required": ["s3"], "not": {"anyOf": [{"required": ["postgres"]}, {"required": ["folder"]}]}},
        {"not": {"anyOf": [{"required": ["postgres"]}, {"required": ["s3"]}]}},
    ]})
}

impl State {
    /// Returns whether records are stored where other machines can read them.
    pub(crate) fn is_shared(&self) -> bool {
        self.postgres.is_some() || self.s3.is_some() || self.folder.is_some()
    }
}

mapping! {
    /// A PostgreSQL database.
    pub(crate) struct Postgres {
        /// The location of the database URL. Never the URL itself, because it contains a
        /// password.
        url: KeySource as SecretLocation,
    }
}

mapping! {
    /// A bucket.
    pub(crate) struct S3 {
        /// The bucket's name.
        bucket: String as Name,
        /// The prefix of all object names, as in `production/`.
        prefix: Option<String> as Option<Name>,
        /// The bucket's region.
        region: Option<String> as Option<Name>,
        /// The URL of the service if it is not AWS. Plain http is only allowed for this
        /// machine.
        endpoint: Option<Url> as Option<BaseUrl>,
    }
}

mapping! {
    /// The people in each role.
    pub(crate) struct People {
        /// The account manager of retailers whose file names none.
        account_manager: Option<String> as Option<Name>,
        /// SEKO's onboarding team.
        onboarding: Option<String> as Option<Name>,
        /// SEKO's support.
        support: Option<String> as Option<Name>,
        /// The hub that processes returns.
        hub: Option<String> as Option<Name>,
        /// The partner.
        partner: Option<String> as Option<Name>,
        /// The retailer.
        retailer: Option<String> as Option<Name>,
    }
}

/// A percentage.
type Percent = Whole<0, 100>;

/// A number of retailers: up to ten times the largest fleet that the tool is built for.
type Retailers = Whole<0, 1_000_000>;

mapping! {
    /// Limits on the requests to each system.
    // The defaults suit a system without published limits.
    #[derive(Copy)]
    pub struct Limits {
        /// The maximum number of concurrent requests per system.
        // A server seldom grants one client more than 256 connections.
        concurrency: u32 as Whole<1, 256> = 16,
        /// The maximum number of requests that a system receives in a second. Fewer are sent if its
        /// answers take long.
        // Ten thousand are more than the three systems serve.
        requests_per_second: u32 as Whole<1, 10_000> = 50,
        /// The time-out of one request, in seconds.
        // Ten minutes: no proxy keeps a request open for longer.
        timeout_seconds: u32 as Whole<1, 600> = 30,
        /// The maximum number of retries of a request.
        // Delays double, so the twentieth retry would be days away.
        retries: u32 as Whole<0, 20> = 5,
        /// The time-out of a whole run, in seconds. Nothing is sent afterwards.
        // A day: nothing longer is a single run. The default is a CI job that people still wait
        // for.
        deadline_seconds: u32 as Whole<1, 86_400> = 3600,
        /// The maximum size of one response, in MiB.
        max_body_mib: u32 as Whole<1, 1_024> = 16,
        /// The maximum size of all responses of one list, in MiB.
        max_list_mib: u32 as Whole<1, 16_384> = 64,
        /// The maximum size of all lists in memory at once, in MiB.
        max_held_mib: u32 as Whole<1, 65_536> = 192,
        /// The maximum number of pages of one list.
        max_pages: u32 as Whole<1, 1_000_000> = 2_000,
        /// The maximum number of records of one list.
        max_records: u32 as Whole<1, 10_000_000> = 250_000,
    }
}

mapping! {
    /// Limits on the changes of one apply, unless --force is given. A limit that is not set,
    /// and has no default, does not apply.
    #[derive(Copy)]
    pub struct Safety {
        /// The maximum share of the retailers in scope that one apply may change, in percent;
        /// inclusive.
        max_changed_retailers_percent: u32 as Percent = 30,
        /// The minimum number of retailers in scope for the percentages to apply.
        from_retailers: u32 as Retailers = 10,
        /// The maximum number of retailers that one apply may change.
        max_changed_retailers: Option<u32> as Option<Retailers>,
        /// The maximum number of portals that one apply may unpublish.
        max_unpublished_portals: Option<u32> as Option<Retailers>,
        /// The maximum share of the retailers in scope whose portal is unpublished, in percent.
        max_unpublished_portals_percent: Option<u32> as Option<Percent>,
        /// The maximum number of Shopify integrations and Track and Trace e-mails that one
        /// apply may switch off.
        max_switch_offs: Option<u32> as Option<Retailers>,
        /// The maximum share of the retailers in scope for which something is switched off, in
        /// percent.
        max_switch_offs_percent: Option<u32> as Option<Percent>,
    }
}
