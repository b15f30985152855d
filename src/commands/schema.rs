//! `reconcile schema`: JSON Schemas of the files and of the commands' output, and a contract
//! file as a template.

use crate::apply::ApplyReport;
use crate::cli::{SchemaArgs, SchemaOf};
use crate::config::{BUILT_IN, json_schema, label_schema};
use crate::console::read_text;
use crate::exit::{Exit, Failure};
use crate::plan::Plan;
use crate::plan::origin::DriftPlan;
use crate::plan::schema::{of as of_output, of_input};
use crate::render::explain::Explained;
use crate::render::{doctor::DoctorReport, history::History, validation::Validation};
use crate::sandbox::{Faults, Seed};
use crate::status::Status;
use crate::uploads::FleetUploads;
use crate::verify;
use clap::ValueEnum;
use clap::builder::PossibleValue;
use serde_json::Value;

/// The name of the contract file that is written next to the schemas.
const CONTRACT: &str = "contract.yaml";

/// Prints one schema, or writes all schemas and the built-in contract to a folder.
pub(super) fn run(args: &SchemaArgs) -> Result<Exit, Failure> {
    let Some(folder) = &args.out else {
        super::print(|out| out.write_all(shown(&schema(args.of)).as_bytes()))?;
        return Ok(Exit::Done);
    };
    let files = SchemaOf::value_variants().iter().map(|of| (file_name(*of), shown(&schema(*of))));
    let path = folder.join(CONTRACT);
    if path.exists() && !read_text(&path).is_ok_and(|text| text == BUILT_IN) {
        let message = format!("`{}` is not the built-in contract", path.display());
        return Err(Failure::failed(
            message,
            "choose another folder with --out, or rename the file",
        ));
    }
    let contract = (CONTRACT.to_owned(), BUILT_IN.to_owned());
    super::write_files(folder, files.chain([contract]))?;
    Ok(Exit::Done)
}

fn schema(of: SchemaOf) -> Value {
    match of {
        SchemaOf::Retailer => json_schema::retailer(),
        SchemaOf::Project => json_schema::project(),
        SchemaOf::Contract => json_schema::contract(),
        SchemaOf::Label => label_schema(),
        SchemaOf::Seed => of_input::<Seed>("Seed of the sandbox"),
        SchemaOf::Faults => of_input::<Faults>("Faults of the sandbox"),
        SchemaOf::Plan => of_output::<Plan>("Plan"),
        SchemaOf::Drift => of_output::<DriftPlan>("Drift"),
        SchemaOf::Apply => of_output::<ApplyReport>("Apply report"),
        SchemaOf::Validate => of_output::<Validation>("Problems"),
        SchemaOf::Status => of_output::<Status>("Status"),
        SchemaOf::Explain => of_output::<Explained>("Explanation"),
        SchemaOf::Verify => of_output::<verify::VerifyOutput>("Verification"),
        SchemaOf::History => of_output::<History>("History"),
        SchemaOf::Doctor => of_output::<DoctorReport>("Check-up"),
        SchemaOf::Uploads => of_output::<FleetUploads>("Uploads"),
    }
}

fn file_name(of: SchemaOf) -> String {
    let word = of.to_possible_value();
    format!("{}.schema.json", word.as_ref().map_or("", PossibleValue::get_name))
}

fn shown(schema: &Value) -> String {
    format!("{schema:#}\n")
}
