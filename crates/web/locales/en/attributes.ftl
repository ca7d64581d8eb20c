# What can be asked about a customer, as it stands inside a sentence, and how it is asked.
attribute-standing = standing
attribute-stage = stage
attribute-first-seen = the first sign of life
attribute-last-seen = the last sign of life
attribute-first-visit = the first visit
attribute-second-visit = the second visit
attribute-visits = visits
attribute-active-days = active days
attribute-usual-hour = the usual hour
attribute-first-order = the first order
attribute-second-order = the second order day
attribute-last-order = the last order
attribute-orders = orders
attribute-order-days = order days
attribute-active-months = active months
attribute-items = items
attribute-items-returned = items returned
attribute-refund-count = number of refunds
attribute-gross = gross sales
attribute-refunds = refunds
attribute-net = net sales
attribute-product = product sales
attribute-discounts = discounts
attribute-margin = margin
attribute-average-order = the average order
attribute-discount-share = the share of discounts
attribute-return-share = the share of refunds
attribute-deliveries = deliveries
attribute-deliveries-late = late deliveries
attribute-late-share = the share of late deliveries
attribute-complaints = complaints
attribute-reviews = reviews
attribute-rating = the mean rating
attribute-referrals = referrals
attribute-won-back = won back
attribute-channels = channels
attribute-first-channel = the channel of the first order
attribute-last-channel = the channel of the last order
attribute-consents = permissions
attribute-interests = interests
attribute-country = country
attribute-source = source
attribute-content = content
attribute-recency-band = the recency band
attribute-frequency-band = the frequency band
attribute-money-band = the money band
attribute-on-channel = { $attribute } on the channel { $channel }
attribute-days-since = days since { $attribute }
attribute-segment = segment

# The choices of a form, between an attribute and a value.
operator-number-equal = exactly
operator-number-not-equal = not exactly
operator-number-less = less than
operator-number-less-or-equal = at most
operator-number-greater = more than
operator-number-greater-or-equal = at least
operator-number-one-of = one of
operator-number-not-one-of = none of
operator-number-has = known
operator-number-has-not = not known
operator-day-equal = on
operator-day-not-equal = not on
operator-day-less = before
operator-day-less-or-equal = on or before
operator-day-greater = after
operator-day-greater-or-equal = on or after
operator-day-one-of = one of
operator-day-not-one-of = none of
operator-day-has = known
operator-day-has-not = not known
operator-days-since-equal = exactly
operator-days-since-not-equal = not exactly
operator-days-since-less = less than
operator-days-since-less-or-equal = at most
operator-days-since-greater = more than
operator-days-since-greater-or-equal = at least
operator-days-since-one-of = one of
operator-days-since-not-one-of = none of
operator-word-equal = is
operator-word-not-equal = is not
operator-word-one-of = is one of
operator-word-not-one-of = is none of
operator-word-has = is known
operator-word-has-not = is not known
operator-set-contains = include
operator-set-contains-not = do not include
operator-set-has = not empty
operator-set-has-not = empty
operator-yes-no-is = yes
operator-yes-no-is-not = no
operator-segment-is = is
operator-segment-is-not = is not

# Whole conditions.
explain-number-equal = { $attribute } exactly { $value }
explain-number-not-equal = { $attribute } not exactly { $value }
explain-number-less = { $attribute } less than { $value }
explain-number-less-or-equal = { $attribute } at most { $value }
explain-number-greater = { $attribute } more than { $value }
explain-number-greater-or-equal = { $attribute } at least { $value }
explain-number-one-of = { $attribute } one of { $value }
explain-number-not-one-of = { $attribute } none of { $value }
explain-number-has = { $attribute } is known
explain-number-has-not = { $attribute } is not known
explain-day-equal = { $attribute } on { $value }
explain-day-not-equal = { $attribute } not on { $value }
explain-day-less = { $attribute } before { $value }
explain-day-less-or-equal = { $attribute } on or before { $value }
explain-day-greater = { $attribute } after { $value }
explain-day-greater-or-equal = { $attribute } on or after { $value }
explain-day-one-of = { $attribute } on one of { $value }
explain-day-not-one-of = { $attribute } on none of { $value }
explain-day-has = { $attribute } is known
explain-day-has-not = { $attribute } is not known
explain-days-since-equal = exactly { $days ->
    [one] { $value } day
   *[other] { $value } days
 } since { $attribute }
explain-days-since-not-equal = not exactly { $days ->
    [one] { $value } day
   *[other] { $value } days
 } since { $attribute }
explain-days-since-less = less than { $days ->
    [one] { $value } day
   *[other] { $value } days
 } since { $attribute }
explain-days-since-less-or-equal = at most { $days ->
    [one] { $value } day
   *[other] { $value } days
 } since { $attribute }
explain-days-since-greater = more than { $days ->
    [one] { $value } day
   *[other] { $value } days
 } since { $attribute }
explain-days-since-greater-or-equal = at least { $days ->
    [one] { $value } day
   *[other] { $value } days
 } since { $attribute }
explain-days-since-one-of = one of { $value } days since { $attribute }
explain-days-since-not-one-of = none of { $value } days since { $attribute }
explain-word-equal = { $attribute } is { $value }
explain-word-not-equal = { $attribute } is not { $value }
explain-word-one-of = { $attribute } is one of { $value }
explain-word-not-one-of = { $attribute } is none of { $value }
explain-word-has = { $attribute } is known
explain-word-has-not = { $attribute } is not known
explain-set-contains = { $attribute } include { $value }
explain-set-contains-not = { $attribute } do not include { $value }
explain-set-has = { $attribute } not empty
explain-set-has-not = { $attribute } empty
explain-yes-no-is = { $attribute }
explain-yes-no-is-not = not { $attribute }
explain-segment-is = in the segment { $value }
explain-segment-is-not = not in the segment { $value }
explain-everybody = everybody
explain-nobody = nobody
explain-and = { $first } and { $rest }
explain-or = { $first } or { $rest }
explain-not = not ({ $part })
explain-group = ({ $part })
explain-list = { $first }, { $rest }
explain-word = “{ $word }”
explain-label = “{ $word }”
explain-money = { $currency } { $amount }
