visits-title = Visits
visits-headline = { $source } brought { $share } of those who ordered for the first time.
visits-headline-few = { $visits ->
    [one] One visit
   *[other] { $visits-shown } visits
 }, { $orders ->
    [0] and no first order yet.
    [one] and one of them led to a first order.
   *[other] and { $orders-shown } first orders that they led to.
 }
visits-how = { $period }. A visit ends after 30 minutes without a click, or when another campaign leads here. An order counts for the last visit before it, if that was no more than 30 days earlier; it is shown on the day of the visit.
visits-compared = Beside each figure: { $period }.
visits-parts = What visits are told apart by
visits-sources = Sources
visits-campaigns = Campaigns
visits-words = Words
visits-pages = Pages
visits-content = Content
visits-places = Places
visits-devices = Devices
visits-hours = Hours
visits-visits = Visits
visits-visits-note = { $unfollowed ->
    [0] all of them by people who agreed to be known
   *[other] { $unfollowed-shown } of them by people who agreed to nothing: counted without a trace
 }
visits-new = New
visits-new-note = had never been here: { $share } of those who agreed to be known
visits-returning = Returning
visits-unfollowed = Agreed to nothing
visits-first-orders = First orders
visits-repeat-orders = Repeat orders
visits-orders-note = { $share } of visits
visits-value = Value, { $currency }
visits-page-views = Pages viewed
visits-page-views-note = { $each } in a visit
visits-bounces = One page only
visits-bounces-note = visits that ended where they began
visits-duration = Length of a visit
visits-duration-note = from the first to the last sign of life, on average
visits-seconds = { $seconds-shown } s
visits-minutes = { $minutes-shown } min { $seconds-shown } s
visits-change-more = { $change } more than { $before }
visits-change-less = { $change } less than { $before }
visits-change-same = as before: { $before }
visits-change-from = before: { $before }
visits-name = Name
visits-searches = Searches
visits-share = Share
visits-page = Page
visits-landings = Began here
visits-exits = Ended here
visits-dwell = Looked at for
visits-position = Order of clicks
visits-none = Nothing is counted here for these months.
visits-other = Everything else
visits-others-how = A day keeps 100 names of each kind; what comes after is counted under “Everything else”.
visits-by-class = By kind of source
visits-by-class-how = What a campaign says wins over where the browser says somebody came from. Who comes by themselves is told apart from who was here before and is seen again on a page of the shop.
visits-by-source = By source
visits-by-source-how = The site, the network, or what the campaign names as its source.
visits-by-campaign = By campaign
visits-by-campaign-how = As the address names it: its name, then source and medium (utm_campaign, utm_source, utm_medium).
visits-by-content = By content
visits-by-content-how = What kind of content a visit began with, in the shop’s words.
visits-by-place = By place
visits-by-place-how = The country of the network, from the file that the shop configured; without such a file nothing stands here. The address itself is never kept.
visits-by-device = By device
visits-by-device-how = What browsers say of themselves. Of people who agreed to nothing it is not counted.
visits-by-browser = By browser
visits-by-system = By operating system
visits-by-landing = What began with each page
visits-by-landing-how = The first page of a visit, and what the visit led to.
visits-pages-how = How long a page was looked at is known where something came after it; the order of clicks is its place in a visit, 1 for the first page. Parts of addresses that could name somebody are replaced by *.
visits-by-words = What people search for
visits-by-words-how = Searches in the shop, what search engines still tell, and the terms of campaigns. Orders count for the first search of a visit.
visits-skill = What their words say of their skill
visits-skill-how = By the words of your own catalogue: names of products, brands and kinds. Likely misspelt is a word of four letters or more that is one slip away from one of them.
visits-skill-name = They use a word of your catalogue
visits-skill-misspelt = A word is likely misspelt
visits-skill-many = Three words or more, none of the catalogue
visits-skill-few = One or two words, none of the catalogue
visits-class-search = Search engines
visits-class-social = Social networks
visits-class-mail = Mail
visits-class-paid = Paid
visits-class-other = Other sites
visits-class-own = Seen again in the shop
visits-class-direct = By themselves
visits-device-phone = Phone
visits-device-tablet = Tablet
visits-device-computer = Computer
visits-device-television = Television
visits-months = Visits over time
visits-months-label = Visits, new and returning
visits-months-how = Counted on the day on which a visit began; a column that is hatched is not over.
visits-month-readout = { $month }: { $visits-shown } visits, { $new-shown } new, { $returning-shown } returning; { $orders-shown } first orders
visits-when = When
visits-stretches = The newest days beside those before
visits-stretches-how = Up to { $day }, the newest day that is over.
visits-stretch = { $days ->
    [one] That day, beside the day before
   *[other] { $days-shown } days, beside the { $days-shown } before
 }
visits-hours-title = Most come on { $weekday } at { $hour }.
visits-hours-how = Visits by weekday and hour in the zone { $zone }.
visits-hours-columns = Hour
visits-hours-readout = { $weekday } at { $hour }: { $visits ->
    [one] one visit
   *[other] { $visits-shown } visits
 }
visits-hour = { $hour }:00
visits-weekday = Weekday
visits-all = all
visits-monday = Monday
visits-tuesday = Tuesday
visits-wednesday = Wednesday
visits-thursday = Thursday
visits-friday = Friday
visits-saturday = Saturday
visits-sunday = Sunday
visits-empty-title = Nobody has been seen yet.
visits-empty-lead = Where people come from is told by a tracker in the pages of your shop. Put this line into the head of every page:
visits-empty-key = Make a write key for it
visits-empty-how = It keeps nothing on anybody’s device before they agreed; until then people are counted, without an id.
