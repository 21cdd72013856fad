# Tests of the directory and of a number that nobody knows, by minitest.
#
# blind: listCarriers 200 /carriers/*/name
# blind: listCarriers 200 /carriers/*/country
# blind: listCarriers 200 /carriers/*/tracking_format
# blind: listCarriers 200 X-RateLimit-Reset
# blind: listCarriers 200 Content-Type
# blind: trackShipment 404 status
# blind: trackShipment 404 /success
# blind: trackShipment 404 X-RateLimit-Remaining
# blind: trackShipment 404 X-RateLimit-Reset
# blind: trackShipment 404 Content-Type

require "json"
require "minitest/autorun"
require "net/http"

class DirectoryTest < Minitest::Test
  def self.test_order = :alpha # the quota is looked at by the second of them

  def ask(path)
    Net::HTTP.get_response(URI(ENV.fetch("TRACKFLOW_BASE_URL") + path), { "X-API-Key" => ENV.fetch("TRACKFLOW_API_KEY") })
  end

  def test_the_directory_begins_with_the_page_s_rows
    answer = ask("/v2/carriers")
    assert_equal ["200", "298"], [answer.code, answer["X-RateLimit-Remaining"]]
    body = JSON.parse(answer.body)
    assert_equal body["carriers"].length, body["count"]
    assert_equal %w[ups indiapost], body["carriers"].first(2).map { |each| each["code"] }
    assert_equal %w[express postal], body["carriers"].first(2).map { |each| each["type"] }
  end

  def test_a_number_that_nobody_knows
    error = JSON.parse(ask("/v2/track/1ZTFTEST0300004046").body)["error"]
    assert_equal "not_found", error["code"]
    assert_equal "No tracking data found for this number.", error["message"]
  end
end
