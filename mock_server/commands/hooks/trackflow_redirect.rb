# Preloaded by Ruby through RUBYOPT: connections of this process to the API's host, and to no other, end at the mock.
require 'socket'

if ENV['TRACKFLOW_INTERCEPT'].to_s.include?(' ')
  module TrackflowRedirect
    from, to = ENV['TRACKFLOW_INTERCEPT'].split(' ')
    HOST, _, PORT = from.rpartition(':')
    ADDRESS, _, THERE = to.rpartition(':')
    OFFLINE = !ENV['TRACKFLOW_INTERCEPT_OFFLINE'].to_s.empty?

    def self.target(host, port)
      name = host.to_s.downcase.chomp('.')
      return [ADDRESS, THERE.to_i] if name == HOST && (port.to_s == PORT || (port.to_s == 'https' && PORT == '443'))
      if OFFLINE && name !~ /\A(localhost|127\..*|::1|::|0\.0\.0\.0|)\z/
        raise Errno::ECONNREFUSED, "#{host}:#{port} is another host, and trackflow-mock run was told --offline"
      end
      [host, port]
    end

    module TCP
      def initialize(host, port = nil, *rest, **options, &block)
        host, port = TrackflowRedirect.target(host, port)
        options.empty? ? super(host, port, *rest, &block) : super(host, port, *rest, **options, &block)
      end
    end

    module Tcp
      def tcp(host, port, *rest, **options, &block)
        host, port = TrackflowRedirect.target(host, port)
        super(host, port, *rest, **options, &block)
      end
    end
  end

  TCPSocket.prepend(TrackflowRedirect::TCP)
  Socket.singleton_class.prepend(TrackflowRedirect::Tcp)
end
