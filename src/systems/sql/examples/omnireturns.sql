select cast(retailer.retailer_id as text) as id,
       retailer.retailer_name as "omnireturns.name",
       company.company_name as "omnireturns.company",
       retailer.portal_published as "omnireturns.portal",
       retailer.omnirps_retailer_id as "omnireturns.omnirps_retailer_id",
       retailer.emails as "omnireturns.emails",
       retailer.hubs as "omnireturns.hubs"
from omnireturns_retailers as retailer
join companies as company using (company_id)
order by retailer.retailer_id
