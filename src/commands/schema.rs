//! `reconcile schema`: JSON Schemas of the files and of the plan, and a contract file to
//! start from.

use crate::cli::{SchemaArgs, SchemaOf};
use crate::config::json_schema;
use crate::exit::{Exit, Failure};
use crate::plan;
use crate::systems::http::contract::BUILT_IN;
use clap::ValueEnum;
use serde_json::Value;

/// The name of the contract file that is written beside the schemas.
const CONTRACT: &str = "contract.yaml";

/// Prints one schema, or writes all of them and the built-in contract to a folder.
pub(super) fn run(args: &SchemaArgs) -> Result<Exit, Failure> {
    let Some(folder) = &args.out else {
        super::print(|out| out.write_all(shown(&schema(args.of)).as_bytes()))?;
        return Ok(Exit::Done);
    };
    let files = SchemaOf::value_variants().iter().map(|of| (file_name(*of), shown(&schema(*of))));
    let contract = (CONTRACT.to_owned(), BUILT_IN.to_owned());
    super::write_files(folder, files.chain([contract]))?;
    Ok(Exit::Done)
}

fn schema(of: SchemaOf) -> Value {
    match of {
        SchemaOf::Retailer => json_schema::retailer(),
        SchemaOf::Project => json_schema::project(),
        SchemaOf::Contract => json_schema::contract(),
        SchemaOf::Plan => plan::schema::schema(),
    }
}

fn file_name(of: SchemaOf) -> String {
    let of = match of {
        SchemaOf::Retailer => "retailer",
        SchemaOf::Project => "project",
        SchemaOf::Contract => "contract",
        SchemaOf::Plan => "plan",
    };
    format!("{of}.schema.json")
}

fn shown(schema: &Value) -> String {
    format!("{schema:#}\n")
}
