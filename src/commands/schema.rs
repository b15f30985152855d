//! `reconcile schema`: JSON Schemas of the files and of the plan.

use crate::cli::{SchemaArgs, SchemaOf};
use crate::config::json_schema;
use crate::exit::{Exit, Failure};
use crate::plan;
use clap::ValueEnum;
use serde_json::Value;

/// Prints one schema, or writes all of them to a folder.
pub fn run(args: &SchemaArgs) -> Result<Exit, Failure> {
    let Some(folder) = &args.out else {
        super::print(|out| out.write_all(shown(&schema(args.of)).as_bytes()))?;
        return Ok(Exit::Done);
    };
    let files = SchemaOf::value_variants().iter().map(|of| (file_name(*of), shown(&schema(*of))));
    super::write_files(folder, files)?;
    Ok(Exit::Done)
}

fn schema(of: SchemaOf) -> Value {
    match of {
        SchemaOf::Retailer => json_schema::retailer(),
        SchemaOf::Project => json_schema::project(),
        SchemaOf::Plan => plan::schema::schema(),
    }
}

fn file_name(of: SchemaOf) -> String {
    let of = match of {
        SchemaOf::Retailer => "retailer",
        SchemaOf::Project => "project",
        SchemaOf::Plan => "plan",
    };
    format!("{of}.schema.json")
}

fn shown(schema: &Value) -> String {
    format!("{schema:#}\n")
}
