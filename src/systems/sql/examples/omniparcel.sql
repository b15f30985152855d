select account_id as id,
       account_name as name
from omniparcel_accounts
order by account_id
