# How Persian writes numbers and dates. Marks keep minus and percent on the left of their number,
# whatever stands before it.
format-digits = ۰۱۲۳۴۵۶۷۸۹
format-group = ٬
format-point = ٫
format-minus = { "\u200E" }−
format-percent = { "\u061C" }{ $number }٪
format-date = { $day } { $month } { $year }
format-date-time = { $date }، { $time }
format-month-year = { $month } { $year }
format-months = ژانویه فوریه مارس آوریل مه ژوئن ژوئیه اوت سپتامبر اکتبر نوامبر دسامبر
format-months-long = ژانویه فوریه مارس آوریل مه ژوئن ژوئیه اوت سپتامبر اکتبر نوامبر دسامبر
format-months-jalali = فروردین اردیبهشت خرداد تیر مرداد شهریور مهر آبان آذر دی بهمن اسفند
format-range = { $from } تا { $to }
format-thousands = { $number } هزار
format-millions = { $number } میلیون
format-billions = { $number } میلیارد
format-span = { $low } تا { $high }
format-currencies = IRR=ریال EUR=یورو GBP=پوند USD=دلار AED=درهم TRY=لیر CNY=یوان JPY=ین IQD=دینار AFN=افغانی
format-toman = تومان
format-calendar = jalali
format-gap = { " " }
