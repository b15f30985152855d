//! Builds the bodies of the calls as a retailer: the label request (Label Creation API,
//! <https://seko.atlassian.net/wiki/spaces/RSC/pages/2162327847>) and the line items of its
//! return (Return Upload API,
//! <https://seko.atlassian.net/wiki/spaces/RSC/pages/2162327692>), both seen on 2026-11-27.

use serde_json::{Value as Json, json};

/// The label format that is requested if the file does not specify one.
const OUTPUT: &str = "LABEL_PDF";

/// Returns the body of a label request: the content of the file, and what makes it a return
/// to a hub. The file's own `Outputs` take precedence, because the formats depend on the
/// carrier.
pub(crate) fn request(body: &Json, reference: &str) -> Json {
    let mut request = Json::Object(body.as_object().cloned().unwrap_or_default());
    request["DeliveryReference"] = json!(reference);
    request["RPSProcessing"] = json!(true);
    request["ShipType"] = json!("INBOUND");
    if request["Outputs"].is_null() {
        request["Outputs"] = json!([OUTPUT]);
    }
    request
}

/// Returns the line items of the return, one for each commodity of the label.
pub(crate) fn lines(body: &Json, connote: &str, reference: &str) -> Json {
    let text = |value: &Json| match value {
        Json::String(text) => text.clone(),
        Json::Null => String::new(),
        other => other.to_string(),
    };
    let origin = &body["Origin"];
    let commodities = body["Commodities"].as_array().map(Vec::as_slice).unwrap_or_default();
    let line = |commodity: &Json| {
        let sku = text(&commodity["SKU"]);
        let item = text(&commodity["ItemNo"]);
        json!({
            "ConsignmentNo": connote,
            "OrderNumber": reference,
            "Sku": sku,
            "EAN": if item.is_empty() { sku } else { item },
            "Reason": text(&commodity["Reason"]),
            "ReturnAction": text(&commodity["ReturnAction"]),
            "CommodityInfo": text(&commodity["Description"]),
            "CommodityCode": text(&commodity["CommodityCode"]),
            "ItemWeight": commodity["UnitKg"],
            "ItemDescription": text(&commodity["Description"]),
            "ItemValue": text(&commodity["UnitValue"]),
            "CustomerName": text(&origin["Name"]),
            "CustomerEmail": text(&origin["Email"]),
            "RMA": reference,
        })
    };
    commodities.iter().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn body() -> Json {
        json!({
            "Origin": {"Name": "Ann", "Email": "ann@x.example"},
            "ShipType": "OUTBOUND",
            "Carrier": "NZ Post",
            "Commodities": [
                {
                    "Description": "Shirt", "SKU": "S-1", "ItemNo": 9, "Reason": "Test",
                    "ReturnAction": "REFUND", "CommodityCode": 610910, "UnitValue": 10.5,
                    "UnitKg": 0.5,
                },
                {"SKU": "S-2", "UnitKg": 1},
            ],
        })
    }

    #[test]
    fn a_label_is_for_a_return_whatever_the_file_says() {
        let mut expected = body();
        expected["DeliveryReference"] = "R-1".into();
        expected["RPSProcessing"] = true.into();
        expected["ShipType"] = "INBOUND".into();
        expected["Outputs"] = json!(["LABEL_PDF"]);
        assert_eq!(request(&body(), "R-1"), expected);
    }

    #[test]
    fn the_files_own_outputs_win() {
        let outputs = |said: Json| {
            let mut body = body();
            body["Outputs"] = said;
            request(&body, "R-1")["Outputs"].clone()
        };
        for said in [json!(["LABEL_PDF_100X150"]), json!("LABEL_ZPL_100X150"), json!([])] {
            assert_eq!(outputs(said.clone()), said);
        }
        assert_eq!(outputs(Json::Null), json!(["LABEL_PDF"]));
    }

    #[test]
    fn each_commodity_is_a_line_item_of_texts() {
        let lines = lines(&body(), "TK1", "R-1");
        assert_eq!(
            lines[0],
            json!({
                "ConsignmentNo": "TK1", "OrderNumber": "R-1", "Sku": "S-1", "EAN": "9",
                "Reason": "Test", "ReturnAction": "REFUND", "CommodityInfo": "Shirt",
                "CommodityCode": "610910", "ItemWeight": 0.5, "ItemDescription": "Shirt",
                "ItemValue": "10.5", "CustomerName": "Ann", "CustomerEmail": "ann@x.example",
                "RMA": "R-1",
            })
        );
        assert_eq!(lines[1]["EAN"], "S-2");
        assert_eq!(lines.as_array().map(Vec::len), Some(2));
    }
}
