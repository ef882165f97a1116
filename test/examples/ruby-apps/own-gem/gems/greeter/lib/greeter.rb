module Greeter
  def self.greeting
    'greeted by a gem of its own'
  end
end
