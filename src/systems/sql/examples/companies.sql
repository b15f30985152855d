select cast(company_id as text) as id,
       company_name as name
from companies
order by company_id
