select consignment_no as connote, order_number, source, received_at, processed_at
from omnirps_uploads
where retailer_id = {id} and received_at >= {since}
