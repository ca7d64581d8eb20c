channels-empty-title = Nobody has ordered yet.
channels-empty-lead = How channels differ is read from orders and the channel of each. Bring in the ones you have:
channels-empty-months = Nobody ordered for the first time in these months.
channels-chosen = Shown are the customers whose first order lies in { $months }, with all that they did since.
channels-headline-several = { $share } of customers buy in several places, and bring { $net } of net sales.
channels-headline-one = { $share } of customers: { $group }.
channels-online = Online
channels-store = In store
channels-social = Social
channels-other = Other
channels-only-online = Online only
channels-only-store = In store only
channels-only-social = Social only
channels-only-other = Other only
channels-several = Several
channels-groups-title = How often they buy, and what they are worth
channels-groups-how = Buyers by where they ordered: online is web, app and marketplaces; social is social media and messengers; other is e-mail, text message, call and device. Money in { $currency }. Orders a year are of those who have been customers for 90 days or more. n = { $buyers-shown } buyers, { $period }.
channels-groups-caption = Buyers by where they bought
channels-measure = Per customer
channels-buyers = Customers
channels-orders-each = Orders
channels-orders-a-year = Orders a year
channels-net-each = Net sales
channels-average-order = Sales per order
channels-margin-each = Margin, where costs are known
channels-repeat = Ordered on more than one day
channels-likings = What most care for
channels-sample = n = { $sample-shown }
channels-process-title = { $group }: half order within { $days ->
    [0] the day of their first visit.
    [one] 1 day of their first visit.
   *[other] { $days-shown } days of their first visit.
 }
channels-process-title-none = Too few visits before an order are known to say how long buying takes.
channels-process-how = The days from the first visit to the first order, where a visit is known; and the share of each group that was ever at a stage, on any channel.
channels-process-caption = The way to buying, by where customers bought
channels-median-days = Median days from first visit to first order
channels-firsts-title = { $most }: { $share } of those who first buy there order again within { $days-shown } days; { $least }: { $other }.
channels-firsts-title-alike = Where somebody buys first makes no difference to coming back that is beyond chance.
channels-firsts-how = By the channel of the first order, which says nothing of what came later: whoever buys in several places has ordered twice, so the groups above cannot be compared in this. Kaplan–Meier, 95 % intervals. n = { $buyers-shown } buyers, { $period }.
channels-firsts-caption = Who ordered again, by the channel of the first order
channels-first-outlet = First order
channels-back = Back in { $days-shown } days
channels-drawn = The same as a bar
channels-overlaps-title = Who buys where together
channels-overlaps-how = Each customer stands in one row: bought in exactly these places.
channels-outlets = Places
channels-share = Share
channels-net-in = Net sales ({ $currency })
